/* A program that signs users in through PAM. It reads commands from its standard input:
 *
 *   authenticate     authenticate the user of its arguments
 *   account          check whether that user may sign in
 *   credentials      set the credentials of that user
 *   answer TEXT      answer the next prompt with TEXT
 *   become NAME      set PAM_USER to NAME, within a conversation or between two calls
 *   fail             fail instead of answering the next prompt
 *
 * and prints
 *
 *   hidden TEXT      a prompt whose answer is not echoed
 *   shown TEXT       a prompt whose answer is echoed
 *   info TEXT        an information
 *   error TEXT       an error message
 *   end CODE TEXT    the result: PAM's code and its meaning
 *
 * one line each; in TEXT, a line feed is written as a form feed. */

#define _GNU_SOURCE
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pam_handle_t *handle;
static char *line;
static size_t room;

/* Reads the next line without its line feed; exits at the end of input. */
static const char *next_line(void)
{
    ssize_t length = getline(&line, &room, stdin);
    if (length <= 0)
        exit(0);
    if (line[length - 1] == '\n')
        line[length - 1] = '\0';
    return line;
}

/* Returns the text after this word and a space; null if the line does not start with it. */
static const char *after(const char *text, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(text, word, length) != 0 || text[length] != ' ')
        return NULL;
    return text + length + 1;
}

static void say(const char *word, const char *text)
{
    printf("%s ", word);
    for (; *text; text++)
        putchar(*text == '\n' ? '\f' : *text);
    putchar('\n');
    fflush(stdout);
}

/* Reads the answer to a prompt; returns null to fail the conversation. */
static char *answer(void)
{
    for (;;) {
        const char *text = next_line(), *rest;
        if ((rest = after(text, "answer")))
            return strdup(rest);
        if ((rest = after(text, "become")) && pam_set_item(handle, PAM_USER, rest) == PAM_SUCCESS)
            continue;
        return NULL;
    }
}

static int converse(int count, const struct pam_message **messages,
                    struct pam_response **responses, void *data)
{
    struct pam_response *replies = calloc((size_t)count, sizeof *replies);
    (void)data;
    if (replies == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < count; i++) {
        const struct pam_message *message = messages[i];
        int style = message->msg_style;
        if (style == PAM_TEXT_INFO || style == PAM_ERROR_MSG) {
            say(style == PAM_TEXT_INFO ? "info" : "error", message->msg);
            continue;
        }
        say(style == PAM_PROMPT_ECHO_ON ? "shown" : "hidden", message->msg);
        if ((replies[i].resp = answer()) == NULL) {
            while (i-- > 0)
                free(replies[i].resp);
            free(replies);
            return PAM_CONV_ERR;
        }
    }
    *responses = replies;
    return PAM_SUCCESS;
}

int main(int count, char **arguments)
{
    const struct pam_conv conversation = { converse, NULL };
    if (count != 3)
        return 2;
    for (;;) {
        const char *text = next_line(), *name;
        int result;
        if (strcmp(text, "authenticate") == 0) {
            if (handle != NULL)
                pam_end(handle, PAM_SUCCESS);
            result = pam_start(arguments[1], arguments[2], &conversation, &handle);
            if (result == PAM_SUCCESS)
                result = pam_authenticate(handle, 0);
        } else if (strcmp(text, "account") == 0) {
            result = pam_acct_mgmt(handle, 0);
        } else if (strcmp(text, "credentials") == 0) {
            result = pam_setcred(handle, PAM_ESTABLISH_CRED);
        } else {
            if ((name = after(text, "become")))
                pam_set_item(handle, PAM_USER, name);
            continue;
        }
        printf("end %d %s\n", result, pam_strerror(handle, result));
        fflush(stdout);
    }
}
