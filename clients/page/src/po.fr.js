cockpit.locale({
    "": { "plural-forms": (n) => n > 1, "language": "fr", "language-direction": "ltr" },
    "Security info": [null, "Informations de sécurité"],
});
