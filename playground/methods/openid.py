"""openid.connect.token and openid.connect.userInfo: each looks at its caller on its own."""

from __future__ import annotations

from playground.methods.call import Call, SlackError, method
from playground.state import Json


@method("openid.connect.token", proves_itself=True)
def token(call: Call) -> Json:
    """Exchange a code for the tokens of the person who signed in."""
    openid = call.workspace.openid
    if call.text("client_id") != openid.client_id:
        raise SlackError("invalid_client_id")
    if call.text("client_secret") != openid.client_secret:
        raise SlackError("bad_client_secret")
    if call.text("grant_type", "authorization_code") != "authorization_code":
        raise SlackError("invalid_grant_type")
    grant = openid.use_code(call.text("code"), call.text("redirect_uri"))
    if grant is None:
        raise SlackError("invalid_code")
    team = call.workspace.team
    return {
        "access_token": openid.new_token(grant.user),
        "token_type": "Bearer",
        "id_token": openid.id_token(grant.user, team.id, grant.nonce),
    }


@method("openid.connect.userInfo", proves_itself=True)
def user_info(call: Call) -> Json:
    """Who the token's owner is; with the scope `openid` alone, nothing but the ids."""
    user = call.workspace.openid.owner(call.token)
    if user is None:
        raise SlackError("invalid_auth" if call.token else "not_authed")
    return {
        "sub": user,
        "https://slack.com/user_id": user,
        "https://slack.com/team_id": call.workspace.team.id,
    }
