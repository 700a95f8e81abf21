package libraries

import (
	"net/http"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/packs"
)

// Kubernetes is for the clients of an API server: by the reason, where it says more than the status, and else by that.
var Kubernetes = []classify.Pack{
	one("kubernetes", "reason", func(e *errors.StatusError) classify.Finding {
		f := kubernetesReason(e.ErrStatus.Reason)
		switch f.Kind {
		case classify.Throttled, classify.Timeout, classify.Conflict:
			f.After = time.Duration(retryAfter(e)) * time.Second
		}
		return f
	}),
	packs.HTTPFrom(func(e *errors.StatusError) (int, http.Header) {
		h := http.Header{}
		if s := retryAfter(e); s > 0 {
			h.Set("Retry-After", strconv.Itoa(s))
		}
		return int(e.ErrStatus.Code), h
	}),
}

func retryAfter(e *errors.StatusError) (seconds int) {
	if d := e.ErrStatus.Details; d != nil && d.RetryAfterSeconds > 0 {
		return int(d.RetryAfterSeconds)
	}
	return 0
}

var kubernetesReason = kubernetesReasons.index()

// Found in metav1 by the name. Reasons that say what their status says have no row.
var kubernetesReasons = table[metav1.StatusReason]{
	{metav1.StatusReasonAlreadyExists, exists, "StatusReasonAlreadyExists; its status 409 is that of a conflict"},
	{metav1.StatusReasonConflict, conflict, "StatusReasonConflict: read again, and write"},
	{metav1.StatusReasonExpired, conflict, "StatusReasonExpired; its status is 410: list again"},
	{metav1.StatusReasonTooManyRequests, throttled, "StatusReasonTooManyRequests"},
	{metav1.StatusReasonServerTimeout, timeout, "StatusReasonServerTimeout; its status is 500: nothing was done yet"},
	{metav1.StatusReasonTimeout, unsure(timeout), "StatusReasonTimeout"},
}
