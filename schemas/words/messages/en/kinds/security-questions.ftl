kind-security-questions = Security questions
    .inline = security questions
    .one = Answers to security questions
    .question = Answers to your security questions

security-question-childhood-street = In which street did you live as a child?
security-question-first-concert = Whose concert was the first you went to?
security-question-first-employer = Who was your first employer?
security-question-first-holiday = Where did you go on your first holiday without your parents?
security-question-first-pet = What was the name of your first pet?
security-question-first-school-friend = What is the first name of your first friend at school?
security-question-first-teacher = What was the last name of your first teacher?
security-question-favourite-childhood-book = Which book did you like best as a child?
security-question-grandmother-first-name = What is the first name of your mother’s mother?
security-question-grandparents-town = In which town did your grandparents live?
security-question-parents-met = Where did your parents meet?
security-question-school-subject = Which subject did you like least at school?

add-questions-choose = Choose { $count } questions by their numbers, such as "1 4 5 8 9". A password reset asks you { $asked } of them. Nobody else should know or find out the answers, and they need not be true: they must be the same next time.
add-questions-numbers = Numbers:
add-questions-numbers-wrong = Name { $count } different numbers from 1 to { $most }.
add-questions-answer = Answer:
add-questions-answer-wrong = An answer has 3 to 40 characters. Capital letters and blanks do not matter.
add-questions-answer-alike = That answer is like another one, or stands in the question. Give each question its own.
add-questions-again = Answer all questions once more, so that you do not depend on a typing error.
add-questions-not-same = Not all answers are as before. Answer all questions again.
add-questions-missing = say the questions and answers on standard input, one a line: the id of a question, then its answer
add-questions-none-given = no answers were given; nothing was changed
