"""``eks-access whoami``: who a principal is to the API server, and what mapped it."""

from __future__ import annotations

import typer

from .asking import FormatOption, PrincipalArgument, SessionOption, review_of, takes_source, tell
from .output import Format, exit_code, refusals
from .sources import SourceOptions

EXAMPLE = (
    "Examples: eks-access whoami hanako | eks-access whoami arn:aws:iam::111122223333:role/ops --session me "
    "--stack prod | eks-access whoami node/managed | eks-access whoami hanako --live --cluster prod"
)


@takes_source
def whoami(
    principal: PrincipalArgument,
    session: SessionOption = "",
    format: FormatOption = Format.TEXT,
    *,
    options: SourceOptions,
) -> None:
    """Say who somebody is to the API server, by each way in. Exit code 1: Unauthorized by all of them."""
    with refusals():
        from ..diagnosis.unmapped import unmapped
        from .answers_output import show_whoami

        source, review = review_of(options, within="")
        askers = review.whoami(principal, session=session)
        causes = [
            unmapped(review.state, asker.principal) if asker.principal and not asker.authentication.identity else None
            for asker in askers
        ]
        enters = any(asker.authentication.identity and asker.usable for asker in askers)
        notices = () if enters else review.state.notices
        tell(notices)
        show_whoami(askers, causes, source.label, format, notices)
    raise typer.Exit(exit_code(readable=True, clean=enters))
