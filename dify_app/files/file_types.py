"""The types by which Dify's forms accept files: image, document, audio, video, custom. This module does no I/O.

Source: docs/platform/dify.md#app-form.
"""

from dify_app.form import Variable

# The endings that Dify itself counts as documents ([A] constants/__init__.py), and other text its extractor reads.
_DOCUMENTS = frozenset(
    {
        *("txt", "markdown", "md", "mdx", "pdf", "html", "htm", "xlsx", "xls", "vtt", "properties", "doc"),
        *("docx", "csv", "eml", "msg", "ppt", "pptx", "xml", "epub"),
    }
)
_TEXTS = frozenset({"application/json", "application/yaml", "application/x-yaml", "application/xml"})


def file_type(name: str, mimetype: str, variable: Variable) -> str:
    """The type under which the variable accepts the file; empty if the variable does not accept it."""
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    natural = _natural(extension, mimetype)
    if not variable.file_types or (natural != "custom" and natural in variable.file_types):
        return natural
    if "custom" not in variable.file_types:
        return ""
    named = {allowed.lower().lstrip(".") for allowed in variable.file_extensions}
    return "custom" if not named or extension in named else ""


def _natural(extension: str, mimetype: str) -> str:
    family = mimetype.partition("/")[0]
    if family in {"image", "audio", "video"}:
        return family
    if extension in _DOCUMENTS or family == "text" or mimetype in _TEXTS:
        return "document"
    return "custom"
