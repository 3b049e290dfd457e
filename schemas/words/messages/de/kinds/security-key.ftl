kind-security-key = Sicherheitsschlüssel
    .inline = Sicherheitsschlüssel
    .one = Sicherheitsschlüssel
    .question = Sicherheitsschlüssel
    .deleted = Auf dem Schlüssel ist nichts zu entfernen, außer wenn er einen Passkey für diesen Rechner aufbewahrt: Das Programm seines Herstellers zeigt und löscht solche.

exchange-credential = Credential als JSON:
exchange-assertion = Assertion als JSON:
exchange-none = es wurde nichts eingegeben; es wurde nichts geändert

ssh-key-written = Geschrieben: { $file }, womit ssh den Schlüssel findet, und { $file }.pub, dessen Zeile Sie zu Ihren erlaubten Schlüsseln auf den Rechnern hinzufügen, auf denen der Schlüssel Sie anmelden soll. Wo ein Rechner Sicherheitsschlüssel über SSH zählt, fragt eine Anmeldung damit nach nichts weiter.
ssh-no-key = es gibt noch keinen Sicherheitsschlüssel: fügen Sie zuerst mit secinfo add security-key einen hinzu
ssh-not-written = { $file } kann nicht geschrieben werden ({ $why }): wählen Sie eine andere Datei
