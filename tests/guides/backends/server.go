package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

var (
	issuer   = setting("ISSUER", "http://127.0.0.1:3001")
	audience = setting("AUDIENCE", issuer)
	keys     = keySet{url: issuer + "/.well-known/jwks.json", client: http.Client{Timeout: 2 * time.Second}}

	errRefused     = errors.New("the token is refused")
	errUnavailable = errors.New("the keys can't be fetched")
)

type claims struct {
	User     string    `json:"sub"`
	Session  string    `json:"sid"`
	Role     string    `json:"role"`
	Tier     any       `json:"tier"`
	Issuer   string    `json:"iss"`
	Audience audiences `json:"aud"`
	Expires  int64     `json:"exp"`
}

// verify returns what the token says; errUnavailable if nobody can tell.
func verify(token string) (who claims, err error) {
	parts := strings.Split(token, ".")
	if len(token) > 4096 || len(parts) != 3 {
		return who, errRefused
	}
	var header struct{ Alg, Typ, Kid string }
	if decode(parts[0], &header) != nil || header.Alg != "EdDSA" || header.Typ != "JWT" {
		return who, errRefused
	}
	key, err := keys.find(header.Kid)
	if err != nil {
		return who, err
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil || !ed25519.Verify(key, []byte(parts[0]+"."+parts[1]), signature) {
		return who, errRefused
	}
	if decode(parts[1], &who) != nil || who.User == "" || who.Session == "" || who.Issuer != issuer ||
		!who.Audience.contain(audience) || time.Now().After(time.Unix(who.Expires, 0).Add(30*time.Second)) {
		return claims{}, errRefused
	}
	return who, nil
}

type keySet struct {
	mutex          sync.Mutex
	url            string
	client         http.Client
	keys           map[string]ed25519.PublicKey
	fetched, asked time.Time
}

// find returns the key of this id. It fetches the set if it is old, or lacks the key and was not asked for within 10 seconds.
func (set *keySet) find(kid string) (ed25519.PublicKey, error) {
	set.mutex.Lock()
	defer set.mutex.Unlock()
	fresh := time.Since(set.fetched) < 5*time.Minute
	if set.keys[kid] == nil && time.Since(set.asked) > 10*time.Second || !fresh && time.Since(set.asked) > time.Second {
		set.asked = time.Now()
		fetched, err := set.fetch()
		if err != nil {
			return nil, errUnavailable
		}
		set.keys, set.fetched, fresh = fetched, set.asked, true
	}
	switch key := set.keys[kid]; {
	case !fresh:
		return nil, errUnavailable
	case key == nil:
		return nil, errRefused
	default:
		return key, nil
	}
}

func (set *keySet) fetch() (map[string]ed25519.PublicKey, error) {
	response, err := set.client.Get(set.url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var body struct {
		Keys []struct{ Kty, Crv, Kid, X string }
	}
	if response.StatusCode != 200 {
		return nil, errors.New(response.Status)
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 64<<10)).Decode(&body); err != nil {
		return nil, err
	}
	found := map[string]ed25519.PublicKey{}
	for _, key := range body.Keys {
		x, err := base64.RawURLEncoding.DecodeString(key.X)
		if err == nil && key.Kty == "OKP" && key.Crv == "Ed25519" && len(x) == ed25519.PublicKeySize {
			found[key.Kid] = x
		}
	}
	return found, nil
}

func handle(w http.ResponseWriter, r *http.Request) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		answer(w, 401, "WWW-Authenticate", "Bearer", map[string]any{"error": "UNAUTHENTICATED"})
		return
	}
	switch who, err := verify(strings.TrimSpace(token)); err {
	case nil:
		answer(w, 200, "Cache-Control", "no-store", map[string]any{"user": who.User, "role": who.Role, "tier": who.Tier})
	case errUnavailable:
		answer(w, 503, "Retry-After", "5", map[string]any{"error": "UNAVAILABLE"})
	default:
		answer(w, 401, "WWW-Authenticate", `Bearer error="invalid_token"`, map[string]any{"error": "UNAUTHENTICATED"})
	}
}

func answer(w http.ResponseWriter, status int, name, value string, body any) {
	w.Header().Set(name, value)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func main() {
	address := "127.0.0.1:" + setting("PORT", "3005")
	server := http.Server{Addr: address, Handler: http.HandlerFunc(handle), MaxHeaderBytes: 16 << 10, ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

// audiences is `aud`: one text, or several (`audience_all`).
type audiences []string

func (these *audiences) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*these = audiences{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(these))
}

func (these audiences) contain(name string) bool {
	for _, it := range these {
		if it == name {
			return true
		}
	}
	return false
}

func decode(part string, into any) error {
	text, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
