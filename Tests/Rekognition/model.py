"""Rekognition's responses beside the model that the installed botocore has, so that its next version that drops or changes
the calls is noticed."""

import json
import math
import re

import botocore
import botocore.loaders
import botocore.session

VERSION = botocore.__version__
OPERATIONS = ["StartPersonTracking", "GetPersonTracking", "StartFaceDetection", "GetFaceDetection", "DetectFaces"]
# Errors that every service of AWS's has, which its models don't name.
COMMON = {
    "AccessDeniedException", "IncompleteSignatureException", "InvalidSignatureException", "MissingAuthenticationTokenException",
    "SerializationException", "UnknownOperationException", "UnrecognizedClientException"}

_shapes = botocore.loaders.Loader().load_service_model("rekognition", "service-2")["shapes"]
service = botocore.session.get_session().get_service_model("rekognition")
complaints = []
walked = 0


def watch(client):
    """Has every response that a client gets walked."""
    client.meta.events.register("response-received.rekognition", _received)


def _received(response_dict, event_name, **_):
    if response_dict is not None:
        answer = json.loads(response_dict["body"]) if response_dict["body"] else None
        check(event_name.split(".")[-1], response_dict["status_code"], response_dict["headers"], answer)


def check(operation, status, headers, answer):
    """Notes what the model doesn't say of an answer."""
    global walked
    walked += 1
    headers = {name.lower(): value for name, value in headers.items()}
    if headers.get("content-type") != "application/x-amz-json-1.1":
        complaints.append(f"{operation}: Content-Type {headers.get('content-type')}")
    if not headers.get("x-amzn-requestid"):
        complaints.append(f"{operation}: no x-amzn-RequestId")
    if status == 200:
        complaints.extend(walk(service.operation_model(operation).output_shape, answer, operation))
    else:
        complaints.extend(error(operation, status, answer))


def error(operation, status, answer):
    """What is wrong with an error's answer."""
    if not isinstance(answer, dict) or set(answer) != {"__type", "Code", "Message"}:
        yield f"{operation}: an error of {answer!r}"
        return
    code = answer["Code"]
    if answer["__type"] != code or not answer["Message"]:
        yield f"{operation}: {answer!r}"
    shapes = {shape.name: shape for shape in service.operation_model(operation).error_shapes} if operation in service.operation_names else {}
    if code not in shapes and code not in COMMON:
        yield f"{operation}: {code} is none of its errors"
    fault = code in shapes and _shapes[code].get("fault", False)
    if status != (500 if fault else 400):
        yield f"{operation}: {code} with status {status}"


def walk(shape, value, path):
    """What is wrong with a value that should have a shape."""
    kinds = {"structure": dict, "list": list, "string": str, "integer": int, "long": int, "float": (int, float), "boolean": bool}
    wanted = kinds[shape.type_name]
    if not isinstance(value, wanted) or isinstance(value, bool) and shape.type_name != "boolean":
        yield f"{path}: {value!r:.80} isn't a {shape.type_name}"
        return
    if shape.type_name == "structure":
        for name, member in value.items():
            if name in shape.members:
                yield from walk(shape.members[name], member, f"{path}.{name}")
            else:
                yield f"{path}.{name}: the model has no such member"
        for name in set(shape.required_members) - set(value):
            yield f"{path}.{name}: missing"
    elif shape.type_name == "list":
        for member in value:
            yield from walk(shape.member, member, f"{path}[]")
    elif shape.type_name == "string":
        yield from _string(shape, value, path)
    elif shape.type_name != "boolean":
        low, high = shape.metadata.get("min", -math.inf), shape.metadata.get("max", math.inf)
        if not (math.isfinite(value) and low <= value <= high):
            yield f"{path}: {value!r} isn't from {low} to {high}"


def _string(shape, value, path):
    if shape.enum and value not in shape.enum:
        yield f"{path}: {value!r} is none of {shape.enum}"
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        yield f"{path}: {value!r} doesn't match {pattern}"
    if not shape.metadata.get("min", 0) <= len(value) <= shape.metadata.get("max", math.inf):
        yield f"{path}: {len(value)} characters"
