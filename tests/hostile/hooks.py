"""What schemathesis has no words for. The program of the deep search loads it by ``SCHEMATHESIS_HOOKS``."""

import schemathesis

# The lines of an import: any text is some.
schemathesis.serializer.alias("application/x-ndjson", "text/plain")
