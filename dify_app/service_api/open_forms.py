"""The route by which Dify's web app answers a form, without a key: the form's token is enough.

Source: docs/platform/dify-service-api.md#form-answers.
"""

from dataclasses import dataclass

from dify_app.port import FormAnswer, WaitingForm
from dify_app.service_api.addresses import BaseAddresses
from dify_app.service_api.client import ServiceApi
from errors import FormRefused


@dataclass(frozen=True, slots=True)
class OpenForms:
    """`bases` are those of the Service API, since the same server answers."""

    api: ServiceApi
    addresses: BaseAddresses
    bases: tuple[str, ...]

    @property
    def is_known(self) -> bool:
        """Whether there is an address to try."""
        return bool(self.bases)

    def answer(self, form: WaitingForm, answer: FormAnswer) -> None:
        """Answer the form; where its run goes on cannot be seen. Raises DifyError, also FormRefused."""
        if not self.is_known:
            raise FormRefused("form_gone")
        self.api.answer_openly(self.addresses.find(self.bases), form.token, answer.body())
