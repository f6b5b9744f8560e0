"""Values inference: the Helm values with which a chart renders the objects that Kustomize renders today."""

from migrator.inference.infer_values import infer
from migrator.inference.types import Inference, InferenceRequest, Residual, ResidualClass, SplitValues

__all__ = ["Inference", "InferenceRequest", "Residual", "ResidualClass", "SplitValues", "infer"]
