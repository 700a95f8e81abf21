package libraries

import (
	"net/http"

	"golang.org/x/oauth2"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/packs"
)

// OAuth2 is for golang.org/x/oauth2: by the code of an answer, where it has one, and else by the status.
// A token endpoint says 400 of a grant that has run out: to who asks for a token, that is no invalid request.
var OAuth2 = []classify.Pack{
	one("oauth2", "error code", func(e *oauth2.RetrieveError) classify.Finding { return oauthCode(e.ErrorCode) }),
	packs.HTTPFrom(func(e *oauth2.RetrieveError) (int, http.Header) {
		if e.Response == nil {
			return 0, nil
		}
		return e.Response.StatusCode, e.Response.Header
	}),
}

var oauthCode = oauthCodes.index()

var oauthCodes = table[string]{
	{"invalid_request", bug, "RFC 6749, 5.2"},
	{"invalid_client", misconfigured, "RFC 6749, 5.2"},
	{"invalid_grant", misconfigured, "RFC 6749, 5.2: somebody must sign in again"},
	{"unauthorized_client", misconfigured, "RFC 6749, 5.2"},
	{"unsupported_grant_type", misconfigured, "RFC 6749, 5.2"},
	{"invalid_scope", misconfigured, "RFC 6749, 5.2"},
	{"access_denied", denied, "RFC 6749, 4.1.2.1"},
	{"slow_down", throttled, "RFC 8628, 3.5"},
	{"expired_token", misconfigured, "RFC 8628, 3.5: somebody must sign in again"},
}
