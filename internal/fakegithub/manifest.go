package fakegithub

// Conversion is what GitHub tells, once, about an App that was registered from a manifest.
type Conversion struct {
	ClientID, ClientSecret string
	WebhookSecret          string
	PEM                    string // the private key; its public half is for [App]
}

// OfferConversion makes POST /app-manifests/CODE/conversions answer once, with the App of the fake.
// Only registering in the browser is left out.
func (g *GitHub) OfferConversion(code string, c Conversion) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.conversions[code] = c
}

// convertManifest needs no credentials: the code, which is good for one use, is enough.
func (g *GitHub) convertManifest(q *request) answer {
	c, offered := g.conversions[q.params["code"]]
	if !offered {
		return notFound()
	}
	delete(g.conversions, q.params["code"])
	out := g.appJSON(g.own())
	out["client_id"], out["client_secret"] = c.ClientID, c.ClientSecret
	out["webhook_secret"], out["pem"] = orNil(c.WebhookSecret), c.PEM
	return created(out)
}
