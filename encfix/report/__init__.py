"""The report: an audit as one page of HTML that needs nothing else, no network either."""

from __future__ import annotations

from encfix.report.gathering import LIMIT, Report, gather
from encfix.report.page import render

__all__ = ["LIMIT", "Report", "gather", "render"]
