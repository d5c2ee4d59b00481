"""Odoo's errors, by the names that it tells."""


class OdooError(Exception):
    """What Odoo answers where it does not do what was asked."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message)
        self.status, self.name, self.message = status, name, message


def value_error(message: str) -> OdooError:
    """A field that there is not, or a value that it does not take."""
    return OdooError(500, "builtins.ValueError", message)


def missing(model: str, record_id: int) -> OdooError:
    """A record that is not there."""
    return OdooError(
        404,
        "odoo.exceptions.MissingError",
        f"Record does not exist or has been deleted.\n(Record: {model}({record_id},), User: 2)",
    )


def forbidden(operation: str, model: str) -> OdooError:
    """A right that the key's user lacks."""
    return OdooError(
        403,
        "odoo.exceptions.AccessError",
        f"You are not allowed to {operation} '{model}' ({model}) records.\n\nContact your "
        "administrator to request access if necessary.",
    )


def invalid(message: str) -> OdooError:
    """What a rule forbids."""
    return OdooError(422, "odoo.exceptions.ValidationError", message)


def not_found(message: str) -> OdooError:
    """A model or method that there is not."""
    return OdooError(404, "werkzeug.exceptions.NotFound", message)


def unprocessable(message: str) -> OdooError:
    """A call with the wrong arguments."""
    return OdooError(422, "werkzeug.exceptions.UnprocessableEntity", message)
