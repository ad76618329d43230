#include "CMosquitto.h"

#include <errno.h>
#include <mosquitto.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { most_acknowledged = 64, most_found = 4096 };

struct footpath_mqtt {
    struct mosquitto *mosquitto;
    int answer;
    // Messages on their way are fewer than fit here.
    int acknowledged[most_acknowledged];
    int acknowledged_count;
    char *found[most_found];
    int found_count;
};

static void on_connect(struct mosquitto *mosquitto, void *object, int answer) {
    (void)mosquitto;
    ((footpath_mqtt *)object)->answer = answer;
}

static void on_publish(struct mosquitto *mosquitto, void *object, int id) {
    (void)mosquitto;
    footpath_mqtt *connection = object;
    if (connection->acknowledged_count < most_acknowledged) {
        connection->acknowledged[connection->acknowledged_count++] = id;
    }
}

static void on_message(struct mosquitto *mosquitto, void *object, const struct mosquitto_message *message) {
    (void)mosquitto;
    footpath_mqtt *connection = object;
    if (!message->retain || message->payloadlen == 0 || connection->found_count == most_found) return;
    char *topic = strdup(message->topic);
    if (topic != NULL) connection->found[connection->found_count++] = topic;
}

footpath_mqtt *footpath_mqtt_new(
    const char *user, const char *password, bool is_encrypted, const char *ca, const char *will_topic, const char *will,
    int *error
) {
    mosquitto_lib_init();
    footpath_mqtt *connection = calloc(1, sizeof *connection);
    if (connection == NULL) {
        *error = MOSQ_ERR_NOMEM;
        return NULL;
    }
    connection->answer = -1;
    connection->mosquitto = mosquitto_new(NULL, true, connection);
    *error = connection->mosquitto == NULL ? MOSQ_ERR_NOMEM : MOSQ_ERR_SUCCESS;
    if (*error == 0 && user != NULL) *error = mosquitto_username_pw_set(connection->mosquitto, user, password);
    if (*error == 0 && is_encrypted) {
        *error = mosquitto_tls_set(connection->mosquitto, ca, ca == NULL ? "/etc/ssl/certs" : NULL, NULL, NULL, NULL);
    }
    if (*error == 0) {
        *error = mosquitto_will_set(connection->mosquitto, will_topic, (int)strlen(will), will, 1, true);
    }
    if (*error != 0) {
        if (connection->mosquitto != NULL) mosquitto_destroy(connection->mosquitto);
        free(connection);
        return NULL;
    }
    mosquitto_connect_callback_set(connection->mosquitto, on_connect);
    mosquitto_publish_callback_set(connection->mosquitto, on_publish);
    mosquitto_message_callback_set(connection->mosquitto, on_message);
    return connection;
}

int footpath_mqtt_connect(footpath_mqtt *connection, const char *host, int port, int keepalive) {
    return mosquitto_connect(connection->mosquitto, host, port, keepalive);
}

int footpath_mqtt_loop(footpath_mqtt *connection, int milliseconds) {
    struct mosquitto *mosquitto = connection->mosquitto;
    // Not by mosquitto_loop, whose select(2) knows no descriptors above 1023.
    struct pollfd state = {.fd = mosquitto_socket(mosquitto), .events = POLLIN};
    if (state.fd < 0) return MOSQ_ERR_CONN_LOST;
    if (mosquitto_want_write(mosquitto)) state.events |= POLLOUT;
    int error = MOSQ_ERR_SUCCESS;
    if (poll(&state, 1, milliseconds) > 0) {
        if (state.revents & POLLOUT) error = mosquitto_loop_write(mosquitto, 1);
        if (error == 0 && (state.revents & ~POLLOUT)) error = mosquitto_loop_read(mosquitto, 1);
    }
    return error == 0 ? mosquitto_loop_misc(mosquitto) : error;
}

int footpath_mqtt_answer(const footpath_mqtt *connection) {
    return connection->answer;
}

bool footpath_mqtt_is_busy(const footpath_mqtt *connection) {
    return mosquitto_want_write(connection->mosquitto);
}

int footpath_mqtt_publish(
    footpath_mqtt *connection, const char *topic, const void *payload, int length, int qos, bool is_retained, int *id
) {
    return mosquitto_publish(connection->mosquitto, id, topic, length, payload, qos, is_retained);
}

int footpath_mqtt_subscribe(footpath_mqtt *connection, const char *pattern) {
    return mosquitto_subscribe(connection->mosquitto, NULL, pattern, 0);
}

int footpath_mqtt_acknowledged(footpath_mqtt *connection) {
    return connection->acknowledged_count == 0 ? 0 : connection->acknowledged[--connection->acknowledged_count];
}

char *footpath_mqtt_found(footpath_mqtt *connection) {
    return connection->found_count == 0 ? NULL : connection->found[--connection->found_count];
}

void footpath_mqtt_close(footpath_mqtt *connection) {
    mosquitto_disconnect(connection->mosquitto);
    mosquitto_destroy(connection->mosquitto);
    while (connection->found_count > 0) free(connection->found[--connection->found_count]);
    free(connection);
}

const char *footpath_mqtt_text(int error) {
    // It has no text of its own.
    if (error == MOSQ_ERR_KEEPALIVE) return "it does not answer";
    return error == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(error);
}

const char *footpath_mqtt_answer_text(int answer) {
    return mosquitto_connack_string(answer);
}
