"""The command, one file a subcommand.

Exit codes: 0 clean or done, 1 damage found and left (`check`, dry run, `--diff`), 2 usage error or a file failed.
"""
