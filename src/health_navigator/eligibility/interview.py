"""The interview: which question comes next, what was asked before, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from health_navigator.eligibility.models import Answers, EligibilityFile, Question
from health_navigator.eligibility.outcome import Outcome, to_outcome
from health_navigator.eligibility.rules import DecisionTable, agrees, holds, touches


class AnswerError(ValueError):
    """An answer that the interview does not know: which field, and what it may be."""

    def __init__(self, field: str, value: object, allowed: Sequence[str]) -> None:
        super().__init__(f"{field}: {value!r} is not one of {', '.join(allowed)}")
        self.field = field
        self.value = value
        self.allowed = tuple(allowed)


@dataclass(frozen=True, slots=True)
class Interview:
    """A checked eligibility file, ready to be walked through. Holds nobody's answers."""

    file: EligibilityFile
    table: DecisionTable

    @classmethod
    def of(cls, file: EligibilityFile) -> Self:
        return cls(file, DecisionTable.of(file.inputs, file.rules))

    def answer(self, answers: Mapping[str, object]) -> Question | Outcome:
        """The next question or the outcome; raises AnswerError for what the file does not know."""
        return self.next(self.checked(answers))

    def checked(self, answers: Mapping[str, object]) -> Answers:
        """The same answers, known to be valid; raises AnswerError."""
        allowed = {each.id: each.values for each in self.file.inputs}
        for name, value in answers.items():
            if name not in allowed:
                raise AnswerError("answers", name, tuple(allowed))
            if value not in allowed[name]:
                raise AnswerError(name, value, allowed[name])
        return {name: str(value) for name, value in answers.items()}

    def next(self, answers: Answers) -> Question | Outcome:
        """What to say next, for answers that are known to be valid."""
        question = self._next_question(answers)
        return question or to_outcome(
            self.file, self.file.rules[self.table.decide(answers)], answers
        )

    def before(self, answers: Answers) -> Answers:
        """The answers as they were when the last question was asked."""
        steps = self._steps(answers)
        return steps[-1][1] if steps else {}

    def coming(self, answers: Answers) -> tuple[Question, ...]:
        """The questions that may still be asked after the open one."""
        asked = self._next_question(answers)
        return tuple(each for each in self._open(answers) if each != asked)

    def otherwise(self, answers: Answers) -> Answers:
        """The answers as if the last question had been answered with what is usual."""
        usual = {each.id: each.default for each in self.file.inputs if each.default}
        *_, (last, known) = self._steps(answers)
        return {**known, **{name: usual[name] for name in last.asks & usual.keys()}}

    def kept(self, answers: Answers) -> Answers:
        """The answers that may be remembered at all."""
        forgotten = {each.id for each in self.file.inputs if not each.kept}
        return {name: value for name, value in answers.items() if name not in forgotten}

    def _steps(self, answers: Answers) -> list[tuple[Question, Answers]]:
        """Each question that these answers settle, and what was known when it was asked."""
        steps: list[tuple[Question, Answers]] = []
        known: Answers = {}
        while (question := self._next_question(known)) and question.asks <= answers.keys():
            steps.append((question, known))
            known = {**known, **_brought(question, answers)}
        return steps

    def _next_question(self, answers: Answers) -> Question | None:
        settled = self._settled(answers)
        return next((each for each in self._open(answers) if self._matters(each, settled)), None)

    def _matters(self, question: Question, settled: Answers) -> bool:
        return holds(question.when, settled) and any(
            self.table.matters(name, settled) for name in question.asks
        )

    def _settled(self, answers: Answers) -> Answers:
        """The answers, with the default of every input that no question can ask for any more."""
        askable = frozenset().union(*(question.asks for question in self._open(answers)))
        defaults = {each.id: each.default for each in self.file.inputs if each.id not in askable}
        return {name: value for name, value in defaults.items() if value} | {**answers}

    def _open(self, answers: Answers) -> list[Question]:
        """The questions that are not answered, nor ruled out by what is."""
        return [
            question
            for question in self.file.questions
            if not question.asks & answers.keys()
            and agrees(question.when, answers)
            and not touches(question.unless, answers)
        ]


def _brought(question: Question, answers: Answers) -> Answers:
    """What the question's choice brought: the fullest choice that agrees with the answers."""
    agreeing = [
        each.answers for each in question.choices if each.answers.items() <= answers.items()
    ]
    return max(agreeing, key=len, default={name: answers[name] for name in question.asks})
