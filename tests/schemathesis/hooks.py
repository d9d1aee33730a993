"""What a value must be beyond its schema, so that a request that the document allows is one that the service accepts."""

import random
import string

import schemathesis
from hypothesis import strategies as st


def password(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices(string.ascii_letters + string.digits, k=length))


# As hard to guess as a new password must be, of every length that the document allows, and most of all of the least and the greatest.
lengths = st.sampled_from([1, 2, 12, 13, 255, 256]) | st.integers(1, 256)
schemathesis.openapi.format("password", st.builds(password, st.integers(0, 2**32), lengths))

# One line of text: letters, numbers, punctuation and symbols. Of what else a name may have, not everything may stand everywhere.
visible = st.characters(categories=["Ll", "Lu", "Nd", "Po", "Sc"], max_codepoint=0xFFF)
schemathesis.openapi.format("nickname", st.text(visible, max_size=200))


@schemathesis.hook
def before_load_schema(context, document):
    # The operator's audiences: tests/schemathesis/run sets this one.
    document["components"]["schemas"]["ServiceTokenBody"]["properties"]["audience"]["enum"] = ["https://shop.example.org"]
    # An empty parameter is one that is left out. The document does not say so, because OpenAPI is about to drop `allowEmptyValue`.
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "query":
                    parameter["allowEmptyValue"] = True
