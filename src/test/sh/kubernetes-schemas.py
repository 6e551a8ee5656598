"""Makes of Kubernetes' own OpenAPI document the schemas that kubeconform reads, where nothing can be fetched while it runs.

    go mod download k8s.io/kubernetes@v1.30.14
    python3 src/test/sh/kubernetes-schemas.py \
      "$(go env GOMODCACHE)/k8s.io/kubernetes@v1.30.14/api/openapi-spec/swagger.json" target/kubernetes
    export QUIRKWATCH_TEST_KUBERNETES_SCHEMAS="$PWD/target/kubernetes/{{.ResourceKind}}{{.KindSuffix}}.json"
"""

import json
import pathlib
import sys

# Texts of their own form that are a text or a number.
INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"


def strict(node):
    """Refuses fields that are not in the document, and takes the local references of one file."""
    if isinstance(node, dict):
        if "properties" in node and "additionalProperties" not in node:
            node["additionalProperties"] = False
        for value in node.values():
            strict(value)
    elif isinstance(node, list):
        for value in node:
            strict(value)


def main(source, target):
    definitions = json.loads(pathlib.Path(source).read_text())["definitions"]
    strict(definitions)
    for name in (INT_OR_STRING, QUANTITY):
        definitions[name] = {"type": ["string", "number"]}
    folder = pathlib.Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "definitions.json").write_text(json.dumps({"definitions": definitions}))
    for name, definition in definitions.items():
        kinds = definition.get("x-kubernetes-group-version-kind", [])
        for kind in kinds if len(kinds) == 1 else []:
            group = kind["group"].split(".")[0]
            parts = [kind["kind"], group, kind["version"]] if group else [kind["kind"], kind["version"]]
            schema = {"$ref": f"definitions.json#/definitions/{name}"}
            (folder / ("-".join(parts).lower() + ".json")).write_text(json.dumps(schema))


main(*sys.argv[1:])
