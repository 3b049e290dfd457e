"""A program of PAM: pam.py SERVICE USER TERMINAL. Writes what it is asked to standard output, and reads the
answers from standard input; standard error is left to the modules."""

import ctypes
import sys

libc = ctypes.CDLL(None)
pam = ctypes.CDLL("libpam.so.0")
libc.strdup.restype = ctypes.c_void_p
libc.calloc.restype = ctypes.c_void_p

PROMPTS = (1, 2)
TTY = 3
CONVERSATION_FAILED = 19


class Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


class Response(ctypes.Structure):
    _fields_ = [("answer", ctypes.c_void_p), ("code", ctypes.c_int)]


Function = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_int,
    ctypes.POINTER(ctypes.POINTER(Message)),
    ctypes.POINTER(ctypes.POINTER(Response)),
    ctypes.c_void_p,
)


class Conversation(ctypes.Structure):
    _fields_ = [("function", Function), ("data", ctypes.c_void_p)]


def answer(count, messages, responses, _):
    memory = libc.calloc(count, ctypes.sizeof(Response))
    responses[0] = ctypes.cast(memory, ctypes.POINTER(Response))
    for number in range(count):
        message = messages[number].contents
        print(message.text.decode(), flush=True)
        if message.style in PROMPTS:
            line = sys.stdin.readline()
            if not line:
                return CONVERSATION_FAILED
            responses[0][number].answer = libc.strdup(line.rstrip("\n").encode())
    return 0


service, user, terminal = (word.encode() for word in sys.argv[1:])
conversation = Conversation(Function(answer), None)
handle = ctypes.c_void_p()
assert pam.pam_start(service, user, ctypes.byref(conversation), ctypes.byref(handle)) == 0
if terminal:
    assert pam.pam_set_item(handle, TTY, terminal) == 0
status = pam.pam_authenticate(handle, 0)
pam.pam_end(handle, status)
sys.exit(status)
