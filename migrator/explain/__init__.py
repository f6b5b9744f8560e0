"""Why a value or an object is what it is: which objects a value shapes, and the file and line that each came from."""

from migrator.explain.explanation import Explanation, explain_component, explain_inference
from migrator.explain.origins import Origins, Source
from migrator.explain.values import Origin

__all__ = ["Explanation", "Origin", "Origins", "Source", "explain_component", "explain_inference"]
