/* Authenticates through each service named on standard input, with the configuration in the
 * directory given, if one is, and prints what libpam returned, a line for each. */
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *data)
{
    (void)messages;
    (void)data;
    *responses = calloc((size_t)count, sizeof **responses);
    return *responses == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

int main(int argc, char **argv)
{
    struct pam_conv conversation = {converse, NULL};
    char service[256];

    if (argc > 2)
        return 2;
    while (fgets(service, sizeof service, stdin) != NULL) {
        pam_handle_t *handle = NULL;
        int result;

        service[strcspn(service, "\n")] = '\0';
        /* argv ends in a null pointer: then libpam looks where it always does. */
        result = pam_start_confdir(service, "nobody", &conversation, argv[1], &handle);
        if (result == PAM_SUCCESS)
            result = pam_authenticate(handle, PAM_SILENT);
        printf("%d\n", result);
        pam_end(handle, result);
    }
    return 0;
}
