"""The CRMs that the contract suite looks at, by name: a line each."""

from collections.abc import Callable

from tests.crm.memory import MemoryOffice
from tests.crm.office import Office
from tests.crm.offices.hubspot import HubSpotOffice
from tests.crm.offices.odoo import StandInOffice as OdooOffice
from tests.crm.offices.salesforce import SalesforceOffice

OFFICES: dict[str, Callable[[], Office]] = {
    "hubspot": HubSpotOffice,
    "memory": MemoryOffice,
    "odoo": OdooOffice,
    "salesforce": SalesforceOffice,
}
