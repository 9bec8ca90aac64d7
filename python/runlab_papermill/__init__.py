"""Lets papermill pass parameters to TypeScript notebooks: `papermill in.ipynb out.ipynb -p alpha 0.2`.

Papermill has no place where other packages add a language. It does load the engines that they name (the entry point
`papermill.engine`), so this module is one, and tells papermill about TypeScript while it is being loaded. The engine is
papermill's own, for every language; only a TypeScript notebook's parameters get their types before it runs, which a
language's translator, who does not see the notebook, cannot give them. So nobody has to choose it.
"""
import datetime
import json
import math
import re

from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillException
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

# Beyond these a JavaScript number is not exact any more.
MAX_SAFE_INTEGER = 2**53 - 1

RESERVED = frozenset(
    "await break case catch class const continue debugger default delete do else enum export extends false finally for "
    "function if implements import in instanceof interface let new null package private protected public return static "
    "super switch this throw true try typeof var void while with yield".split()
)

# `const name: type = value; // help`, on one line.
DECLARATION = re.compile(
    r"""^(?:export\s+)?(?P<kind>const|let|var)\s+(?P<name>[\w$]+)\s*(?::\s*(?P<type>.+?))?\s*=(?!>)\s*
    (?P<value>(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|/(?!/)|[^"'`/])+?)
    \s*;?\s*(?://\s*(?P<help>.*))?$""",
    re.VERBOSE,
)


class TypeScriptTranslator(Translator):
    """Parameters as `const name = value;`, their values as JSON where JSON has them."""

    @classmethod
    def translate(cls, val):
        if isinstance(val, tuple):
            return cls.translate_list(val)
        if isinstance(val, datetime.date):  # also datetime; YAML makes them of what looks like a date
            return f"new Date({cls.translate_str(val.isoformat())})"
        return super().translate(val)

    @classmethod
    def translate_str(cls, val):
        text = json.dumps(val, ensure_ascii=False)
        # Line breaks to TypeScript.
        return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")

    # What JSON does not know, papermill gives as the text of it.
    @classmethod
    def translate_escaped_str(cls, str_val):
        return cls.translate_str(str(str_val))

    @classmethod
    def translate_none(cls, val):
        return "null"

    @classmethod
    def translate_int(cls, val):
        return f"{val}n" if abs(val) > MAX_SAFE_INTEGER else str(val)

    @classmethod
    def translate_float(cls, val):
        if math.isnan(val):
            return "NaN"
        if math.isinf(val):
            return "Infinity" if val > 0 else "-Infinity"
        return repr(val)

    @classmethod
    def translate_dict(cls, val):
        entries = ", ".join(f"{cls._key(key)}: {cls.translate(item)}" for key, item in val.items())
        return f"{{ {entries} }}" if entries else "{}"

    @classmethod
    def translate_list(cls, val):
        return f"[{', '.join(cls.translate(item) for item in val)}]"

    @classmethod
    def comment(cls, cmt_str):
        return f"// {' '.join(cmt_str.split())}".rstrip()

    @classmethod
    def assign(cls, name, str_val):
        if not isinstance(name, str):  # YAML 1.1 reads on, off, yes and no as booleans, and digits as numbers
            raise PapermillException(f"The name of a parameter is read as {name!r}, which is no text: quote it in the YAML.")
        if not re.fullmatch(r"[^\W\d]\w*|[\w$]*\$[\w$]*", name) or name[0].isdigit() or name in RESERVED:
            raise PapermillException(f"The parameter '{name}' cannot be a constant of a TypeScript notebook: rename it.")
        return f"const {name} = {str_val};"

    @classmethod
    def inspect(cls, parameters_cell):
        found = map(DECLARATION.match, map(str.strip, parameters_cell["source"].splitlines()))
        return [
            Parameter(
                name=line["name"], inferred_type_name=line["type"] or "None", default=line["value"], help=line["help"] or ""
            )
            for line in found
            if line
        ]

    @classmethod
    def _key(cls, key):
        text = cls.translate_str(str(key))
        return f"[{text}]" if key == "__proto__" else text  # a plain one would set the prototype


papermill_translators.register("typescript", TypeScriptTranslator)


class Engine(NBClientEngine):
    """Papermill's own, for every language; parameters of a TypeScript notebook keep the types that it declares."""

    @classmethod
    def execute_notebook(cls, nb, kernel_name, **options):
        if nb.metadata.get("kernelspec", {}).get("language") == "typescript":
            keep_types(nb)
        return super().execute_notebook(nb, kernel_name, **options)


papermill_engines.register(None, Engine)


def keep_types(notebook):
    """Declares the injected parameters as the cell tagged `parameters` does.

    `const model = "linear"` has the type "linear" and no other, so `if (model === "forest")` further down, which is fine with
    the default, would be a type error with the parameter.
    """
    tagged = {tag: cell for cell in notebook.cells for tag in cell.metadata.get("tags", [])}
    if "parameters" not in tagged or "injected-parameters" not in tagged:
        return
    defaults = map(DECLARATION.match, map(str.strip, tagged["parameters"]["source"].splitlines()))
    declared = {line["name"]: line for line in defaults if line}
    injected = tagged["injected-parameters"]
    injected["source"] = "\n".join(_typed(line, declared) for line in injected["source"].split("\n"))


def _typed(line, declared):
    own = DECLARATION.match(line)
    default = own and declared.get(own["name"])
    if not default:
        return line
    kind = "const" if default["kind"] == "const" else "let"
    annotation = default["type"] or (_type_of(own["value"], default["value"]) if kind == "const" else None)
    return f"{kind} {own['name']}{f': {annotation}' if annotation else ''} = {own['value']};"


def _type_of(value, default):
    """What is true of the parameter and of its default; None where TypeScript's own guess is wide enough."""
    if value in ("true", "false"):
        return "boolean"
    if re.match(r"-?[\d.]|-?Infinity|NaN", value):
        return None if value.endswith("n") else "number"
    if not value.startswith('"'):
        return None
    if not re.fullmatch(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""", default):
        return "string"
    return None if default == value else f"{default} | {value}"
