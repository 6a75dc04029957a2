"""The columns of a table that hold strings: which are asked for, what is in them, and how they get other values.

A column holds strings itself, plain or as the words of a dictionary, or they stand in lists and structs within it,
where the paths that JSON has lead to them: `messages[].content`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from encfix.files.formats.base import Document, FormatError
from encfix.files.formats.fields import FieldPath, Pattern, strings, written


class Column(NamedTuple):
    """A column at a place of the schema, and which strings within its values are meant; none if they are strings."""

    place: int
    name: str
    patterns: tuple[Pattern, ...] = ()

    def documents(self, values: Sequence[Any], first: int) -> Iterator[tuple[int, FieldPath, Document]]:
        """Yield the strings with their rows and the paths within the values; the first row is record `first`."""
        for row, value in enumerate(values):
            if not self.patterns:
                if value:
                    yield row, (), Document(value, first + row, self.name)
                continue
            for path, text in strings({self.name: value}, self.patterns):
                if text:
                    yield row, path[1:], Document(text, first + row, written(path))


def chosen(schema: Any, fields: Sequence[str]) -> list[Column]:
    """Return the columns that the fields mean, or all that hold strings if there are none. Raises FormatError.

    Of a name that several columns have, all are meant.
    """
    if not fields:
        found = [(nth, [*_paths(column.type, written((column.name,)))]) for nth, column in enumerate(schema)]
        return [_column(schema, nth, sources) for nth, sources in found if sources or _is_text(schema.field(nth).type)]
    sources: dict[int, list[str]] = {}
    for field in fields:
        steps = [field] if field in schema.names else Pattern(field).steps
        places = [nth for nth, name in enumerate(schema.names) if name == steps[0]]
        if not places:
            raise FormatError(f"no column {field!r}; there are {', '.join(schema.names)}")
        for place in places:
            type_ = schema.field(place).type
            if not _leads_to_strings(type_, steps[1:]):
                inner = ", ".join(_paths(type_, written((schema.names[place],))))
                hint = f"; they are in {inner}" if inner else ""
                raise FormatError(f"column {field!r} holds {type_}, not strings{hint}")
            sources.setdefault(place, []).append(field)
    return [_column(schema, place, sources[place]) for place in sorted(sources)]


def passed_over(schema: Any) -> dict[str, str]:
    """Return the columns that hold strings which cannot be reached, each with the reason."""
    return {
        column.name: f"column {column.name!r} holds {column.type}, whose strings are not cleaned: left as it is"
        for column in schema
        if _hides_strings(column.type, is_column=True)
    }


def read(array: Any, name: str) -> list[Any]:
    """Return the values of a column as Python's own. Raises FormatError for what cannot be read."""
    try:
        values: list[Any] = array.to_pylist()
    except UnicodeDecodeError as error:
        raise FormatError(f"column {name!r} holds bytes that are not UTF-8") from error
    except ValueError as error:
        raise FormatError(f"column {name!r} cannot be read; choose others with --field: {error}") from error
    return values


def replaced(array: Any, name: str, new: Mapping[int, Sequence[tuple[FieldPath, str]]]) -> Any:
    """Return a column with other strings at some paths of some rows, its chunks as they were. Raises FormatError."""
    import pyarrow as pa

    chunks: list[list[Any]] = []
    becomes: dict[str, str] = {}
    row = 0
    for chunk in array.chunks:
        values = read(chunk, name)
        if pa.types.is_nested(array.type) and repr(pa.array(values, array.type).to_pylist()) != repr(values):
            raise FormatError(f"column {name!r} holds {array.type}, which cannot be written as it was read")
        for nth, value in enumerate(values):
            for path, text in new.get(row + nth, ()):
                if path:
                    _put(value, path, text)
                else:
                    becomes[value] = values[nth] = text
        row += len(values)
        chunks.append(values)
    if not pa.types.is_dictionary(array.type):
        return pa.chunked_array([pa.array(values, array.type) for values in chunks], array.type)
    recoded = [_recoded(chunk, values, becomes) for chunk, values in zip(array.chunks, chunks, strict=True)]
    return pa.chunked_array(recoded, array.type)


def _put(value: Any, path: FieldPath, text: str) -> None:
    for step in path[:-1]:
        value = value[step]
    value[path[-1]] = text


def _recoded(chunk: Any, values: Sequence[str | None], becomes: Mapping[str, str]) -> Any:
    """Return a chunk of a dictionary's words with other values; the dictionary keeps its order."""
    import pyarrow as pa

    words = list(dict.fromkeys(becomes.get(word, word) for word in chunk.dictionary.to_pylist()))
    index = {word: nth for nth, word in enumerate(words)}
    indices = pa.array([None if value is None else index[value] for value in values], chunk.type.index_type)
    dictionary = pa.array(words, chunk.type.value_type)
    return pa.DictionaryArray.from_arrays(indices, dictionary, ordered=chunk.type.ordered)


def _column(schema: Any, place: int, sources: Sequence[str]) -> Column:
    is_text = _is_text(schema.field(place).type)
    return Column(place, schema.names[place], () if is_text else tuple(map(Pattern, dict.fromkeys(sources))))


def _is_string(type_: Any) -> bool:
    import pyarrow.types as types

    return bool(types.is_string(type_) or types.is_large_string(type_) or types.is_string_view(type_))


def _is_text(type_: Any) -> bool:
    """Return whether the values of a column are strings, plain or as words of a dictionary."""
    import pyarrow.types as types

    return _is_string(type_.value_type if types.is_dictionary(type_) else type_)


def _is_list(type_: Any) -> bool:
    import pyarrow.types as types

    kinds = (types.is_list, types.is_large_list, types.is_fixed_size_list, types.is_list_view, types.is_large_list_view)
    return any(is_kind(type_) for is_kind in kinds)


def _paths(type_: Any, source: str) -> Iterator[str]:
    """Yield the paths to the strings within values of a type, of which `source` is the path."""
    import pyarrow.types as types

    if types.is_struct(type_):
        for inner in type_:
            yield from _leaves(inner.type, f"{source}.{written((inner.name,))}")
    elif _is_list(type_):
        yield from _leaves(type_.value_type, f"{source}[]")


def _leaves(type_: Any, source: str) -> Iterator[str]:
    if _is_string(type_):
        yield source
    else:
        yield from _paths(type_, source)


def _leads_to_strings(type_: Any, steps: Sequence[str | int | None]) -> bool:
    import pyarrow.types as types

    if not steps:
        return _is_text(type_)
    for step in steps:
        if isinstance(step, str) and types.is_struct(type_) and type_.get_field_index(step) >= 0:
            type_ = type_.field(type_.get_field_index(step)).type
        elif not isinstance(step, str) and _is_list(type_):
            type_ = type_.value_type
        else:
            return False
    return _is_string(type_)


def _hides_strings(type_: Any, *, is_column: bool = False) -> bool:
    """Return whether values of a type hold strings to which no path leads."""
    import pyarrow as pa
    import pyarrow.types as types

    if _is_string(type_) or (is_column and _is_text(type_)):
        return False
    if types.is_struct(type_):
        return any(_hides_strings(inner.type) for inner in type_)
    if _is_list(type_):
        return _hides_strings(type_.value_type)
    if isinstance(type_, pa.BaseExtensionType):
        type_ = type_.storage_type
    return "string" in str(type_)
