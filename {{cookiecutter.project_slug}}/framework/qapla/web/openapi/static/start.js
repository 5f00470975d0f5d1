SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  deepLinking: true,
  // No validator of another host is asked.
  validatorUrl: null,
});
