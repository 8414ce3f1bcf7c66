package judge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/vektah/gqlparser/v2/ast"
)

// Judge compares an exchange over HTTP with GitHub's descriptions. Every disagreement fails its test.
type Judge struct {
	t      testing.TB
	router routers.Router
	schema *ast.Schema
}

// loadRouter is shared by all tests of a process: the description is read-only, and under the race
// detector each load takes seconds.
var loadRouter = sync.OnceValues(func() (routers.Router, error) {
	data, err := trimmed(filepath.Join(os.Getenv("BYLAW_TEST_ASSETS"), "openapi.json"))
	if err != nil {
		return nil, err
	}
	description, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(description)
})

// OpenAPI returns a judge that reports to t. The test is skipped, or fails where CI=true, when GitHub's
// documents are not on this machine.
func OpenAPI(t testing.TB) *Judge {
	t.Helper()
	asset(t, "openapi.json")
	router, err := loadRouter()
	if err != nil {
		t.Fatalf("load GitHub's OpenAPI description: %v", err)
	}
	return &Judge{t: t, router: router, schema: Schema(t)}
}

// Proxy hands every request to upstream and its answer back unchanged, and judges both: REST by the OpenAPI
// description, POST /graphql and /api/graphql by the schema. A path that GitHub does not describe is a fault,
// as is one that the list in trim.go lacks; only /login/oauth/ is no part of the API and is not judged. The answer is held back until upstream has finished; an
// upstream that panics with [http.ErrAbortHandler] breaks the connection as usual, after what it has flushed,
// and nothing is judged.
func (j *Judge) Proxy(upstream http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			j.t.Errorf("judge: read body of %s %s: %v", r.Method, r.URL.Path, err)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		recorder := httptest.NewRecorder()
		defer func() {
			if aborted := recover(); aborted != nil {
				if recorder.Flushed {
					pass(w, recorder)
					_ = http.NewResponseController(w).Flush()
				}
				panic(aborted)
			}
		}()
		upstream.ServeHTTP(recorder, r)
		answer := recorder.Result()
		if strings.HasPrefix(r.URL.Path, "/login/oauth/") { // for browsers, not of the API: nothing describes it
			pass(w, recorder)
			return
		}

		judged := j.rest
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/graphql") {
			judged = j.graphql
		}
		for _, fault := range judged(r, body, answer, recorder.Body.Bytes()) {
			j.t.Errorf("judge: %s %s answered %d: %v", r.Method, r.URL.RequestURI(), answer.StatusCode, fault)
		}
		pass(w, recorder)
	})
}

// pass hands on what was recorded. A client that is gone is no fault.
func pass(w http.ResponseWriter, recorder *httptest.ResponseRecorder) {
	answer := recorder.Result()
	maps.Copy(w.Header(), answer.Header)
	w.WriteHeader(answer.StatusCode)
	_, _ = w.Write(recorder.Body.Bytes())
}

// rest lists what is wrong with one exchange over the REST API.
func (j *Judge) rest(r *http.Request, body []byte, answer *http.Response, answerBody []byte) []error {
	request := r.Clone(context.WithoutCancel(r.Context()))
	request.Body = io.NopCloser(bytes.NewReader(body))
	route, parameters, err := j.router.FindRoute(request)
	if err != nil {
		return []error{fmt.Errorf("request: GitHub describes no such path and method, or internal/judge/trim.go does not list it: %w", err)}
	}
	input := &openapi3filter.RequestValidationInput{
		Request: request, PathParams: parameters, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc:  openapi3filter.NoopAuthenticationFunc,
			SkipSettingDefaults: true,
			MultiError:          true,
		},
	}
	faults := slices.Concat(requestFaults(input), unknownParameters(input), checkRunFaults(route.Path, body))
	output := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: answer.StatusCode, Header: answer.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: !anyPath(answer.StatusCode), MultiError: true},
	}
	if answer.StatusCode == http.StatusNotModified && r.Header.Get("If-None-Match")+r.Header.Get("If-Modified-Since") == "" {
		faults = append(faults, errors.New("response: not modified, but nobody asked whether"))
	}
	if err := openapi3filter.ValidateResponse(r.Context(), output.SetBodyBytes(answerBody)); err != nil {
		for _, fault := range flatten(err) {
			faults = append(faults, fmt.Errorf("response: %w", fault))
		}
	}
	return faults
}

// anyPath says whether GitHub answers with the status on every path, before it looks at the operation:
// https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
func anyPath(status int) bool {
	return status >= 500 || slices.Contains([]int{
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound,
		http.StatusUnprocessableEntity, http.StatusTooManyRequests,
	}, status)
}

type falseAlarm struct{ method, path, says, because string }

// falseAlarms are requests that GitHub accepts although its description says otherwise.
var falseAlarms = []falseAlarm{
	{
		"POST", "/app/installations/{installation_id}/access_tokens", "Value is not nullable",
		"ghinstallation sends the JSON null where it has no options",
	},
	{
		"PUT", "/orgs/{org}/teams/{team_slug}/memberships/{username}", "Value is not nullable",
		"go-github sends the JSON null where it has no options",
	},
	{
		"POST", "/repos/{owner}/{repo}/issues/{issue_number}/labels", "value must be an object",
		"a bare array of names is one alternative of its oneOf, which the validator does not reach",
	},
	{
		"PUT", "/repos/{owner}/{repo}/issues/{issue_number}/labels", "value must be an object",
		"a bare array of names is one alternative of its oneOf, which the validator does not reach",
	},
}

func requestFaults(input *openapi3filter.RequestValidationInput) []error {
	err := openapi3filter.ValidateRequest(input.Request.Context(), input)
	if err == nil {
		return nil
	}
	var faults []error
	for _, fault := range flatten(err) {
		known := slices.ContainsFunc(falseAlarms, func(a falseAlarm) bool {
			return a.method == input.Route.Method && a.path == input.Route.Path && strings.Contains(fault.Error(), a.says)
		})
		if !known {
			faults = append(faults, fmt.Errorf("request: %w", fault))
		}
	}
	return faults
}

// unknownParameters finds query parameters that GitHub would ignore without a word.
func unknownParameters(input *openapi3filter.RequestValidationInput) []error {
	var faults []error
	for name := range input.Request.URL.Query() {
		if input.Route.Operation.Parameters.GetByInAndName("query", name) == nil &&
			input.Route.PathItem.Parameters.GetByInAndName("query", name) == nil {
			faults = append(faults, fmt.Errorf("request: GitHub knows no query parameter %q here", name))
		}
	}
	return faults
}

// flatten turns what the validator says into one line for each fault, with its JSON pointer, and without
// the page of schema that the validator adds.
func flatten(err error) []error {
	switch err := err.(type) {
	case openapi3.MultiError:
		var all []error
		for _, each := range err {
			all = append(all, flatten(each)...)
		}
		return all
	case *openapi3filter.RequestError:
		if err.Err == nil {
			break
		}
		all := flatten(err.Err)
		if err.Parameter != nil {
			for i := range all {
				all[i] = fmt.Errorf("parameter %q in %s: %w", err.Parameter.Name, err.Parameter.In, all[i])
			}
		}
		return all
	case *openapi3filter.ResponseError:
		if err.Err != nil {
			return flatten(err.Err)
		}
	case *openapi3.SchemaError:
		if all, ok := errors.AsType[openapi3.MultiError](err.Origin); ok && len(all) > 0 {
			return flatten(all)
		}
		return []error{fmt.Errorf("/%s: %s", strings.Join(err.JSONPointer(), "/"), err.Reason)}
	}
	return []error{err}
}
