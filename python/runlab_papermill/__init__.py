"""Lets papermill pass parameters to TypeScript notebooks: `papermill in.ipynb out.ipynb -p alpha 0.2`.

Papermill has no place where other packages add a language. It does load the engines that they name (the entry point
`papermill.engine`), so this module is one, and tells papermill about TypeScript while it is being loaded. The engine is
papermill's own, for every language; only a TypeScript notebook's parameters get their types before it runs, which a
language's translator, who does not see the notebook, cannot give them. So nobody has to choose it.
"""
import contextlib
import datetime
import json
import math
import os
import re
import subprocess

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillException
from papermill.log import logger
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

# Beyond these a JavaScript number is not exact any more.
MAX_SAFE_INTEGER = 2**53 - 1

# How the kernel learns where its notebook is.
FOLDER = "RUNLAB_NOTEBOOK_FOLDER"

RESERVED = frozenset(
    "await break case catch class const continue debugger default delete do else enum export extends false finally for "
    "function if implements import in instanceof interface let new null package private protected public return static "
    "super switch this throw true try typeof var void while with yield".split()
)

# What `assign` writes.
INJECTED = re.compile(r"const (?P<name>[\w$]+) = (?P<value>.*);")


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
        return [
            Parameter(
                name=found["name"],
                inferred_type_name=" ".join((found["type"] or "None").split()),
                default=found["value"],
                help=found["help"],
            )
            for found in declarations(parameters_cell["source"])
        ]

    @classmethod
    def _key(cls, key):
        text = cls.translate_str(str(key))
        return f"[{text}]" if key == "__proto__" else text  # a plain one would set the prototype


papermill_translators.register("typescript", TypeScriptTranslator)


class Engine(NBClientEngine):
    """Papermill's own, for every language; parameters of a TypeScript notebook keep the types that it declares."""

    @classmethod
    def execute_notebook(cls, nb, kernel_name, input_path=None, **options):
        if nb.metadata.get("kernelspec", {}).get("language") == "typescript":
            keep_types(nb, kernel_name)
        with notebook_folder(input_path):
            return super().execute_notebook(nb, kernel_name, input_path=input_path, **options)


@contextlib.contextmanager
def notebook_folder(input_path):
    """Tells the kernel where the notebook is: it looks up imports there first, then where papermill was started."""
    known = isinstance(input_path, str) and os.path.isfile(input_path)
    before = os.environ.get(FOLDER)
    if known:
        os.environ[FOLDER] = os.path.dirname(os.path.abspath(input_path))
    try:
        yield
    finally:
        if before is not None:
            os.environ[FOLDER] = before
        elif known:
            os.environ.pop(FOLDER, None)


papermill_engines.register(None, Engine)


def declarations(source, kernel_name=None):
    """What a cell declares, as TypeScript reads it: the kernel's own program says so. Empty when no kernel answers."""
    for argv in _kernels(kernel_name):
        command = [word.replace("{connection_file}", "--parameters") for word in argv]
        try:
            done = subprocess.run(command, input=source, capture_output=True, encoding="utf-8", timeout=60, check=True)
            return json.loads(done.stdout)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            logger.warning("The parameters cell could not be read by %s: %s", command[0], error)
    return []


def _kernels(kernel_name):
    """The command lines of the kernels that runlab has installed, that of the name first."""
    manager = KernelSpecManager()
    names = sorted(manager.find_kernel_specs(), key=lambda name: name != kernel_name)
    for name in names:
        try:
            spec = manager.get_kernel_spec(name)
        except NoSuchKernel:
            continue
        if "runlab" in spec.metadata:
            yield spec.argv


def keep_types(notebook, kernel_name=None):
    """Declares the injected parameters as the cell tagged `parameters` does.

    `const model = "linear"` has the type "linear" and no other, so `if (model === "forest")` further down, which is fine with
    the default, would be a type error with the parameter.
    """
    tagged = {tag: cell for cell in notebook.cells for tag in cell.metadata.get("tags", [])}
    if "parameters" not in tagged or "injected-parameters" not in tagged:
        return
    declared = {found["name"]: found for found in declarations(tagged["parameters"]["source"], kernel_name)}
    injected = tagged["injected-parameters"]
    injected["source"] = "\n".join(_typed(line, declared) for line in injected["source"].split("\n"))


def _typed(line, declared):
    own = INJECTED.fullmatch(line)
    default = own and declared.get(own["name"])
    if not default:
        return line
    kind = "const" if default["kind"] == "const" else "let"
    value = own["value"]
    if re.fullmatch(r"-?\d+n", default["value"]) and re.fullmatch(r"-?\d+", value):
        value += "n"  # neither YAML nor the command line has a way to write a bigint
    annotation = " ".join((default["type"] or "").split())
    if not annotation and kind == "const":
        annotation = _type_of(value, default["value"])
    return f"{kind} {own['name']}{f': {annotation}' if annotation else ''} = {value};"


def _type_of(value, default):
    """What is true of the parameter and of its default; None where TypeScript's own guess is wide enough."""
    if value in ("true", "false"):
        return "boolean"
    if re.match(r"-?[\d.]|-?Infinity|NaN", value):
        return ("bigint" if default.endswith("n") else None) if value.endswith("n") else "number"
    if not value.startswith('"'):
        return None
    if not re.fullmatch(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""", default):
        return "string"
    return None if default == value else f"{default} | {value}"
