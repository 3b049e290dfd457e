kind-security-questions = Sicherheitsfragen
    .inline = Sicherheitsfragen
    .one = Antworten auf Sicherheitsfragen
    .question = Antworten auf Ihre Sicherheitsfragen

security-question-childhood-street = In welcher Straße haben Sie als Kind gewohnt?
security-question-first-concert = Wessen Konzert haben Sie als erstes besucht?
security-question-first-employer = Bei wem hatten Sie Ihre erste Stelle?
security-question-first-holiday = Wohin ging Ihre erste Reise ohne Ihre Eltern?
security-question-first-pet = Wie hieß Ihr erstes Haustier?
security-question-first-school-friend = Mit welchem Vornamen hieß die Person, mit der Sie in der Schule zuerst befreundet waren?
security-question-first-teacher = Mit welchem Nachnamen hieß Ihre erste Lehrkraft?
security-question-favourite-childhood-book = Welches Buch mochten Sie als Kind am liebsten?
security-question-grandmother-first-name = Mit welchem Vornamen heißt die Mutter Ihrer Mutter?
security-question-grandparents-town = In welchem Ort haben Ihre Großeltern gewohnt?
security-question-parents-met = Wo haben sich Ihre Eltern kennengelernt?
security-question-school-subject = Welches Schulfach mochten Sie am wenigsten?

add-questions-choose = Wählen Sie { $count } Fragen mit ihren Nummern, etwa „1 4 5 8 9“. Beim Zurücksetzen des Passworts werden Ihnen { $asked } davon gestellt. Niemand sonst soll die Antworten kennen oder herausfinden, und sie müssen nicht stimmen: Sie müssen nur beim nächsten Mal dieselben sein.
add-questions-numbers = Nummern:
add-questions-numbers-wrong = Nennen Sie { $count } verschiedene Nummern von 1 bis { $most }.
add-questions-answer = Antwort:
add-questions-answer-wrong = Eine Antwort hat 3 bis 40 Zeichen. Groß- und Kleinschreibung und Leerzeichen sind gleichgültig.
add-questions-answer-alike = Diese Antwort gleicht einer anderen oder steht in der Frage. Geben Sie jeder Frage ihre eigene.
add-questions-again = Beantworten Sie alle Fragen noch einmal, damit kein Tippfehler bleibt.
add-questions-not-same = Nicht alle Antworten sind wie zuvor. Beantworten Sie alle Fragen noch einmal.
add-questions-missing = Nennen Sie Fragen und Antworten auf der Standardeingabe, je eine Zeile: die Kennung einer Frage, dann ihre Antwort
add-questions-none-given = Es wurden keine Antworten gegeben; nichts wurde geändert
