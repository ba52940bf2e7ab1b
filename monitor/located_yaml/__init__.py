"""YAML text as plain structures that remember their lines, and what is wrong with them, by line.

Contracts and `vigie.yaml` are both read through here, so both answer a mistake in the same words.
"""

from monitor.located_yaml.document import LocatedDocument, problems
from monitor.located_yaml.problem import DocumentError, Problem
from monitor.located_yaml.words import one_of

__all__ = ["DocumentError", "LocatedDocument", "Problem", "one_of", "problems"]
