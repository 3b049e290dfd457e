kind-security-questions = Questions de sécurité
    .inline = questions de sécurité
    .one = Réponses aux questions de sécurité
    .question = Réponses à vos questions de sécurité

security-question-childhood-street = Dans quelle rue habitiez-vous enfant ?
security-question-first-concert = Quel artiste avez-vous vu à votre premier concert ?
security-question-first-employer = Qui était votre premier employeur ?
security-question-first-holiday = Où êtes-vous allé pour vos premières vacances sans vos parents ?
security-question-first-pet = Comment s’appelait votre premier animal ?
security-question-first-school-friend = Quel est le prénom de la première personne avec qui vous étiez ami à l’école ?
security-question-first-teacher = Quel était le nom de famille de votre premier enseignant ?
security-question-favourite-childhood-book = Quel livre préfériez-vous enfant ?
security-question-grandmother-first-name = Quel est le prénom de la mère de votre mère ?
security-question-grandparents-town = Dans quelle ville habitaient vos grands-parents ?
security-question-parents-met = Où vos parents se sont-ils rencontrés ?
security-question-school-subject = Quelle matière aimiez-vous le moins à l’école ?

add-questions-choose = Choisissez { $count } questions par leurs numéros, par exemple « 1 4 5 8 9 ». Une réinitialisation du mot de passe vous en pose { $asked }. Personne d’autre ne doit connaître ni trouver les réponses, et elles n’ont pas besoin d’être vraies : elles doivent être les mêmes la prochaine fois.
add-questions-numbers = Numéros :
add-questions-numbers-wrong = Indiquez { $count } numéros différents de 1 à { $most }.
add-questions-answer = Réponse :
add-questions-answer-wrong = Une réponse a de 3 à 40 caractères. Les majuscules et les espaces ne comptent pas.
add-questions-answer-alike = Cette réponse ressemble à une autre ou se trouve dans la question. Donnez à chaque question la sienne.
add-questions-again = Répondez encore une fois à toutes les questions, pour qu’il ne reste pas de faute de frappe.
add-questions-not-same = Les réponses ne sont pas toutes les mêmes qu’avant. Répondez de nouveau à toutes les questions.
add-questions-missing = indiquez les questions et réponses sur l’entrée standard, une par ligne : l’identifiant d’une question, puis sa réponse
add-questions-none-given = aucune réponse n’a été donnée ; rien n’a été changé
