package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	_ "unsafe" // for go:linkname: what answers is not exported

	"github.com/prometheus/client_golang/prometheus"
	authenticationv1beta1 "k8s.io/api/authentication/v1beta1"
	"sigs.k8s.io/aws-iam-authenticator/pkg/config"
	"sigs.k8s.io/aws-iam-authenticator/pkg/mapper"
	"sigs.k8s.io/aws-iam-authenticator/pkg/mapper/configmap"
	"sigs.k8s.io/aws-iam-authenticator/pkg/mapper/dynamicfile"
	"sigs.k8s.io/aws-iam-authenticator/pkg/metrics"
	"sigs.k8s.io/aws-iam-authenticator/pkg/token"
)

// caller is what STS says about whoever signed a token, and EC2 about the instance.
type caller struct {
	ARN         string `json:"arn"`
	Account     string `json:"account"`
	UserID      string `json:"userId"`
	AccessKeyID string `json:"accessKeyId"`
	// PrivateDNSName is empty where EC2 knows no such instance.
	PrivateDNSName string `json:"privateDnsName"`
}

// reviewCase is a cluster whose webhook is asked who everybody is.
type reviewCase struct {
	Data map[string]string `json:"data"`
	// Entries is a dynamic file, as EKS hands its access entries over; null where there are none.
	Entries json.RawMessage `json:"entries"`
	Callers []caller        `json:"callers"`
}

type review struct {
	Refusal  string              `json:"refusal,omitempty"`
	Username string              `json:"username"`
	UID      string              `json:"uid"`
	Groups   []string            `json:"groups"`
	Extra    map[string][]string `json:"extra"`
}

//go:linkname authenticateEndpoint sigs.k8s.io/aws-iam-authenticator/pkg/server.(*handler).authenticateEndpoint
func authenticateEndpoint(h *handler, ctx context.Context, w http.ResponseWriter, req *http.Request)

//go:linkname getIdentityFromSTSResponse sigs.k8s.io/aws-iam-authenticator/pkg/token.getIdentityFromSTSResponse
func getIdentityFromSTSResponse(id *token.Identity, answer stsAnswer) (*token.Identity, error)

// stsAnswer has the layout of pkg/token's getCallerIdentityWrapper.
type stsAnswer struct {
	GetCallerIdentityResponse struct {
		GetCallerIdentityResult struct {
			Account string `json:"Account"`
			Arn     string `json:"Arn"`
			UserID  string `json:"UserId"`
		} `json:"GetCallerIdentityResult"`
		ResponseMetadata struct {
			RequestID string `json:"RequestId"`
		} `json:"ResponseMetadata"`
	} `json:"GetCallerIdentityResponse"`
}

// Verify stands for STS.
func (c caller) Verify(string) (*token.Identity, error) {
	var answer stsAnswer
	result := &answer.GetCallerIdentityResponse.GetCallerIdentityResult
	result.Account, result.Arn, result.UserID = c.Account, c.ARN, c.UserID
	return getIdentityFromSTSResponse(&token.Identity{AccessKeyID: c.AccessKeyID}, answer)
}

// GetPrivateDNSName stands for EC2; the error is ec2provider's.
func (c caller) GetPrivateDNSName(_ context.Context, id string) (string, error) {
	if c.PrivateDNSName == "" {
		return "", fmt.Errorf("failed to find node %s ", id)
	}
	return c.PrivateDNSName, nil
}

func (caller) StartEc2DescribeBatchProcessing(context.Context) {}

// reviews answers as the webhook does: access entries first, then the ConfigMap.
func reviews(asked []reviewCase) ([][]review, error) {
	if !metrics.Initialized() {
		metrics.InitMetrics(prometheus.NewRegistry())
	}
	answers := make([][]review, 0, len(asked))
	for _, each := range asked {
		mappers, err := chain(each)
		if err != nil {
			return nil, err
		}
		answered := make([]review, 0, len(each.Callers))
		for _, who := range each.Callers {
			h := &handler{verifier: who, ec2Provider: who}
			h.backendMapper.mappers = mappers
			answered = append(answered, ask(h, who))
		}
		answers = append(answers, answered)
	}
	return answers, nil
}

func chain(asked reviewCase) (mappers []mapper.Mapper, err error) {
	if len(asked.Entries) > 0 && string(asked.Entries) != "null" {
		entries, err := dynamicfile.NewDynamicFileMapper(config.Config{DynamicFileUserIDStrict: true})
		if err != nil {
			return nil, err
		}
		if err := entries.CallBackForFileLoad(asked.Entries); err != nil {
			return nil, err
		}
		mappers = append(mappers, entries)
	}
	if asked.Data != nil { // null where the mode asks no ConfigMap
		users, roles, accounts, _ := configmap.ParseMap(asked.Data) // what is broken is left out, and that is all
		store := &configmap.MapStore{}
		saveMap(store, users, roles, accounts)
		mappers = append(mappers, &configmap.ConfigMapMapper{MapStore: store})
	}
	return mappers, nil
}

func ask(h *handler, who caller) review {
	body, err := json.Marshal(authenticationv1beta1.TokenReview{})
	if err != nil {
		return review{Refusal: "oracle: " + err.Error()}
	}
	said := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodPost, "/authenticate", bytes.NewReader(body))
	authenticateEndpoint(h, context.Background(), said, request)
	var answer authenticationv1beta1.TokenReview
	if err := json.Unmarshal(said.Body.Bytes(), &answer); err != nil {
		return review{Refusal: "oracle: " + err.Error()}
	}
	if !answer.Status.Authenticated {
		return review{Refusal: why(h, who)}
	}
	user := answer.Status.User
	extra := map[string][]string{}
	for key, values := range user.Extra {
		extra[key] = values
	}
	return review{Username: user.Username, UID: user.UID, Groups: user.Groups, Extra: extra}
}

// why asks again behind the webhook, which only logs its reason; where chance decides, until it refuses once more.
func why(h *handler, who caller) string {
	identity, err := who.Verify("")
	if err != nil {
		return err.Error()
	}
	for range 1000 {
		if _, _, err := doMapping(h, context.Background(), identity); err != nil {
			return err.Error()
		}
	}
	return "oracle: refused once and never again"
}
