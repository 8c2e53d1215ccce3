"""Functions stored as bytecode: every form in which Keras stored them, and what five Pythons made of one."""

from __future__ import annotations

import base64
import marshal
import random
import types
from typing import Any

import pytest

from harness.inspect import marshalled
from harness.inspect.configuration import facts_of

# What each Python makes of: lambda x, n=2: K.sum(x) * FACTOR + len([i * ZERO for i in range(n)])
BYTECODE = {
    "2.7": (
        "YwIAAAADAAAABgAAAEMAAABzOAAAAHQAAGoBAHwAAIMBAHQCABR0AwBnAAB0BAB8AQCDAQBEXRAAfQIAfAIAdAUAFF4CAHEgAIMBABdTKAEA"
        "AABOKAYAAAB0AQAAAEt0AwAAAHN1bXQGAAAARkFDVE9SdAMAAABsZW50BQAAAHJhbmdldAQAAABaRVJPKAMAAAB0AQAAAHh0AQAAAG50AQAA"
        "AGkoAAAAACgAAAAAcwgAAABtb2RlbC5weXQIAAAAPGxhbWJkYT4BAAAAdAAAAAA="
    ),
    "3.6": (
        "4wIAAAAAAAAAAgAAAAUAAABDAAAAcyQAAAB0AGoBfACDAXQCFAB0A2QBZAKEAHQEfAGDAUQAgwGDARcAUwApA05jAQAAAAAAAAACAAAABAAA"
        "AFMAAABzFAAAAGcAfABdDH0BfAF0ABQAkQJxBFMAqQApAVoEWkVSTykC2gIuMNoBaXIBAAAAcgEAAAD6CG1vZGVsLnB5+go8bGlzdGNvbXA+"
        "AQAAAHMCAAAABgB6HDxsYW1iZGE+Ljxsb2NhbHM+LjxsaXN0Y29tcD4pBdoBS9oDc3VtWgZGQUNUT1LaA2xlbtoFcmFuZ2UpAtoBeNoBbnIB"
        "AAAAcgEAAAByBAAAANoIPGxhbWJkYT4BAAAAcwAAAAA="
    ),
    "3.8": (
        "4wIAAAAAAAAAAAAAAAIAAAAFAAAAQwAAAHMkAAAAdACgAXwAoQF0AhQAdANkAWQChAB0BHwBgwFEAIMBgwEXAFMAKQNOYwEAAAAAAAAAAAAA"
        "AAIAAAAEAAAAUwAAAHMUAAAAZwB8AF0MfQF8AXQAFACRAnEEUwCpACkBWgRaRVJPKQLaAi4w2gFpcgEAAAByAQAAAPoIbW9kZWwucHnaCjxs"
        "aXN0Y29tcD4BAAAAcwQAAAAGAAIAehw8bGFtYmRhPi48bG9jYWxzPi48bGlzdGNvbXA+KQXaAUvaA3N1bVoGRkFDVE9S2gNsZW7aBXJhbmdl"
        "KQLaAXjaAW5yAQAAAHIBAAAAcgQAAADaCDxsYW1iZGE+AQAAAPMAAAAA"
    ),
    "3.11": (
        "4wIAAAAAAAAAAAAAAAcAAAADAAAA85QAAACXAHQAAAAAAAAAAAAAAKABAAAAAAAAAAAAAAAAAAAAAAAAAAB8AKYBAACrAQAAAAAAAAAAdAQA"
        "AAAAAAAAAAAAegUAAHQHAAAAAAAAAAAAAGQBhAB0CQAAAAAAAAAAAAB8AaYBAACrAQAAAAAAAAAARACmAAAAqwAAAAAAAAAAAKYBAACrAQAA"
        "AAAAAAAAegAAAFMAKQJOYwEAAAAAAAAAAAAAAAQAAAATAAAA8yIAAACXAGcAfABdDH0BfAF0AAAAAAAAAAAAAAB6BQAAkQKMDVMAqQApAdoE"
        "WkVSTykC2gIuMNoBaXMCAAAAICD6CG1vZGVsLnB5+go8bGlzdGNvbXA+ehw8bGFtYmRhPi48bG9jYWxzPi48bGlzdGNvbXA+AQAAAHMcAAAA"
        "gADQJ0PQJ0PQJ0OwUagBrUSpCNAnQ9AnQ9AnQ/MAAAAAKQXaAUvaA3N1bdoGRkFDVE9S2gNsZW7aBXJhbmdlKQLaAXjaAW5zAgAAACAgcgcA"
        "AAD6CDxsYW1iZGE+chEAAAABAAAAczcAAACAAI1xj3WKdZBRiXiMeJ0m0Q8gpTPQJ0PQJ0O9JcABuSi8KNAnQ9EnQ9QnQ9EjRNQjRNEPRIAA"
        "cgkAAAA="
    ),
    "3.13": (
        "4wIAAAAAAAAAAAAAAAgAAAADAAAA85oAAACVAFsAAAAAAAAAAABSAwAAAAAAAAAAAAAAAAAAAAAAAFUANQEAAAAAAABbBAAAAAAAAAAALQUA"
        "AFsHAAAAAAAAAABbCQAAAAAAAAAAVQE1AQAAAAAAABMAVgJzAi8AcwJICwAAbyJbCgAAAAAAAAAALQUAAFACTQ0AAAsAIABzAm4CNQEAAAAA"
        "AAAtAAAAJABzAiAAcwJuAmYAKQFOKQbaAUvaA3N1bdoGRkFDVE9S2gNsZW7aBXJhbmdl2gRaRVJPKQPaAXjaAW7aAWlzAwAAACAgINoIbW9k"
        "ZWwucHnaCDxsYW1iZGE+cgwAAAABAAAAczMAAACAAIxxj3WJdZBRi3icJtEPIKQzvCXAAbwo0ydDuSiwUaxErAi5KNEnQ9MjRNIPRPnSJ0Nz"
        "BQAAAK4RQQgK"
    ),
}
NAMES = ["FACTOR", "K", "ZERO", "len", "range", "sum"]
CODE = BYTECODE["3.8"]


def keras_2(*function: Any, **more: Any) -> dict[str, Any]:
    """A Lambda layer as Keras 1 and 2 store it."""
    return {"class_name": "Lambda", "config": {"function": list(function), "function_type": "lambda", **more}}


def keras_3(**config: Any) -> dict[str, Any]:
    """A Lambda layer as Keras 3 stores it."""
    return {"class_name": "Lambda", "config": {"name": "l", "function": {"class_name": "__lambda__", "config": config}}}


def lambdas(configuration: Any) -> dict[str, Any]:
    """What is said about functions."""
    return {name: value for name, value in facts_of(configuration, None).items() if name.startswith("lambda")}


@pytest.mark.parametrize("version", BYTECODE)
def test_names_are_read_from_the_bytecode_of_every_python(version: str) -> None:
    """Those of functions inside as well; arguments, local names and the file's path are none of them."""
    assert {
        "lambdas": 1,
        "lambda_closure": False,
        "lambda_defaults": True,
        "lambda_names": NAMES,
    } == lambdas(keras_2(BYTECODE[version], [2], None))


@pytest.mark.parametrize(
    ("entry", "closure", "defaults"),
    [
        (keras_2(CODE, None, None), False, False),
        (keras_2(CODE, [], [3]), True, False),
        (keras_2(base64.encodebytes(base64.b64decode(CODE)).decode(), None, None), False, False),
        (keras_2(base64.b64decode(CODE).decode("raw_unicode_escape"), None, None), False, False),
        (
            {
                "class_name": "Lambda",
                "config": {
                    "function_type": "lambda",
                    "function": {
                        "class_name": "__tuple__",
                        "items": [CODE, {"class_name": "__tuple__", "items": [2]}, None],
                    },
                },
            },
            False,
            True,
        ),
        (keras_3(code=CODE, defaults=None, closure=[1.5]), True, False),
        (keras_3(code=CODE, defaults=[1], closure=[]), False, True),
        ({"class_name": "__lambda__", "config": {"value": [CODE, None, [1]]}}, True, False),
    ],
    ids=["Keras 2", "closure", "in lines", "before 2.1", "SavedModel", "Keras 3", "defaults", "in no Lambda layer"],
)
def test_a_function_is_known_in_every_form(entry: dict[str, Any], closure: bool, defaults: bool) -> None:
    """With what it was stored; an empty list is nothing."""
    assert {
        "lambdas": 1,
        "lambda_closure": closure,
        "lambda_defaults": defaults,
        "lambda_names": NAMES,
    } == lambdas([entry])


def test_a_shape_may_be_a_function_too() -> None:
    """Each function counts, and what is true of one is said."""
    with_shape = keras_2(CODE, None, None, output_shape=[CODE, None, [1]], output_shape_type="lambda")
    facts = lambdas([with_shape, keras_3(code=CODE)])
    assert (3, True, False) == (facts["lambdas"], facts["lambda_closure"], facts["lambda_defaults"])


def test_a_function_by_name_has_no_bytecode() -> None:
    """There is nothing to say about it."""
    by_name = {"class_name": "Lambda", "config": {"function": "twice", "function_type": "function"}}
    facts = facts_of(by_name, None)
    assert {"lambdas": 0} == lambdas(by_name)
    assert not facts["bytecode"]


@pytest.mark.parametrize("function", [[], ["no bytecode"], [None, 3], ["é\ud800"], [CODE[:60], None, None]])
def test_a_function_that_cannot_be_read_counts(function: list[Any]) -> None:
    """Its names are unknown."""
    assert {
        "lambdas": 1,
        "lambda_closure": False,
        "lambda_defaults": bool(function[1:2] and function[1]),
        "lambda_names": [],
    } == lambdas(keras_2(*function))


def test_twenty_names_are_kept() -> None:
    """The first by the alphabet."""
    code = compile("+".join(f"v{number:02}" for number in range(30)), "model.py", "eval")
    text = base64.b64encode(marshal.dumps(code)).decode()
    assert [f"v{number:02}" for number in range(20)] == lambdas(keras_2(text))["lambda_names"]


@pytest.mark.parametrize(
    "source",
    [
        "lambda x: x[:, 1:2, ...] + 12345678901234567890 - 1j + (lambda y: y.shape + 1.5)(x)",
        "lambda x: ('a', b'b', None, True, x in {1, 'é', 3}, 'ɐ' * 300, lambda: (yield x))",
        "lambda *a, k=OTHER, **kw: [f'{v!r:>{k}}' for v in a if (w := v.real)] + [w for w in kw]",
    ],
)
def test_names_are_those_that_this_python_knows(source: str) -> None:
    """Whatever constants stand between them."""
    code = compile(source, "model.py", "eval")
    assert every_name(code) == marshalled.names(marshal.dumps(code))


def every_name(code: types.CodeType) -> set[str]:
    """What Python itself calls the names of a code object and of those in it."""
    inner = [every_name(constant) for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return set(code.co_names).union(*inner)


def test_broken_bytecode_has_no_names_and_breaks_nothing() -> None:
    """Thousands of broken ones, always the same: cut, changed, endless."""
    chance = random.Random(0)
    whole = base64.b64decode(CODE)
    for _ in range(5000):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 5)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        marshalled.names(bytes(data[: chance.randint(1, len(data))]))
    for broken in (b"", b")\x01" * 5000, b"(\xff\xff\xff\x7fN", b"\xa9\x01r\x00\x00\x00\x00", b"N"):
        assert set() == marshalled.names(broken)
