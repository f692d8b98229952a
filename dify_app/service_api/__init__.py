"""The second way to an app: Dify's Service API, with the app's key (docs/platform/dify-service-api.md)."""

from dify_app.service_api.addresses import BaseAddresses, base_addresses
from dify_app.service_api.api_way import ApiWay, Rating
from dify_app.service_api.client import ServiceApi
from dify_app.service_api.first_calls import FirstCalls
from dify_app.service_api.open_forms import OpenForms

__all__ = ["ApiWay", "BaseAddresses", "FirstCalls", "OpenForms", "Rating", "ServiceApi", "base_addresses"]
