"""EKS's refusals, with the codes and texts that EKS uses where they are known."""

from __future__ import annotations


class EksError(Exception):
    """An answer of the EKS API that is not a success."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def invalid_parameter(message: str) -> EksError:
    """Return a value that can never be right."""
    return EksError(400, "InvalidParameterException", message)


def invalid_request(message: str) -> EksError:
    """Return a request that does not fit the state the cluster is in."""
    return EksError(400, "InvalidRequestException", message)


def in_use(message: str) -> EksError:
    """Return a clash with something that exists."""
    return EksError(409, "ResourceInUseException", message)


def not_found(message: str) -> EksError:
    """Something that is not there."""
    return EksError(404, "ResourceNotFoundException", message)


def limit_exceeded(message: str) -> EksError:
    """Return a quota that is used up."""
    return EksError(400, "ResourceLimitExceededException", message)
