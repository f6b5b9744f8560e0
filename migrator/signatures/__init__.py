"""How a chart is recognised: the images, labels, names and CRDs of its objects, kept as data."""

from migrator.signatures.features import Features, Image, features, parse_image
from migrator.signatures.learn import learn, merge, render, source_chart
from migrator.signatures.load import (
    TEAM_SIGNATURES,
    VersionTable,
    load_signatures,
    load_weights,
    read_signature,
)
from migrator.signatures.manifests import (
    TEAM_MANIFESTS,
    Manifest,
    ManifestIndex,
    Upstream,
    index_manifests,
    load_manifests,
    read_manifest,
)
from migrator.signatures.match import NameMatch, SignatureIndex, index_signatures
from migrator.signatures.rendering import learn_chart, rendered_with_sources
from migrator.signatures.score import Weights, left_after, score
from migrator.signatures.types import (
    CATEGORIES,
    ContainerPattern,
    Evidence,
    ImagePattern,
    ObjectPattern,
    PodPattern,
    Signature,
)
from migrator.signatures.versions import load_versions

__all__ = [
    "CATEGORIES",
    "TEAM_MANIFESTS",
    "TEAM_SIGNATURES",
    "ContainerPattern",
    "Evidence",
    "Features",
    "Image",
    "ImagePattern",
    "Manifest",
    "ManifestIndex",
    "NameMatch",
    "ObjectPattern",
    "PodPattern",
    "Signature",
    "SignatureIndex",
    "Upstream",
    "VersionTable",
    "Weights",
    "features",
    "index_manifests",
    "index_signatures",
    "learn",
    "learn_chart",
    "left_after",
    "load_manifests",
    "load_signatures",
    "load_versions",
    "load_weights",
    "merge",
    "parse_image",
    "read_manifest",
    "read_signature",
    "render",
    "rendered_with_sources",
    "score",
    "source_chart",
]
