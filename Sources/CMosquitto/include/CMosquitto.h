#pragma once

#include <stdbool.h>

/// A connection to an MQTT broker (3.1.1) by libmosquitto, and what it heard. For one thread at a time.
typedef struct footpath_mqtt footpath_mqtt;

/// A connection to be made with a clean session. `user` and `password` may be NULL, and so may `ca`, a file of certificates: then the
/// system's are believed. Where it breaks off the broker publishes `will` at `will_topic`, retained.
///
/// Returns NULL where that can't be had; `*error` says why.
footpath_mqtt *footpath_mqtt_new(
    const char *user, const char *password, bool is_encrypted, const char *ca, const char *will_topic, const char *will,
    int *error);

/// Connects; waits as long as TCP does. Returns 0, or a number for `footpath_mqtt_text`.
int footpath_mqtt_connect(footpath_mqtt *connection, const char *host, int port, int keepalive);

/// Sends and receives what there is, waiting `milliseconds` for it at most. Returns 0, or a number for `footpath_mqtt_text`
/// where the connection is lost.
int footpath_mqtt_loop(footpath_mqtt *connection, int milliseconds);

/// The broker's answer: -1 none so far, 0 welcome, else why it refuses.
int footpath_mqtt_answer(const footpath_mqtt *connection);

/// Whether something waits to be sent.
bool footpath_mqtt_is_busy(const footpath_mqtt *connection);

/// Leaves a message to be sent; `*id` is for `footpath_mqtt_acknowledged`. Returns 0, or a number for `footpath_mqtt_text`.
int footpath_mqtt_publish(
    footpath_mqtt *connection, const char *topic, const void *payload, int length, int qos, bool is_retained, int *id);

/// Asks for retained messages. Returns 0, or a number for `footpath_mqtt_text`.
int footpath_mqtt_subscribe(footpath_mqtt *connection, const char *pattern);

/// The next message that has arrived, by its id; 0 is none.
int footpath_mqtt_acknowledged(footpath_mqtt *connection);

/// The topic of the next retained message that was found, to be freed; NULL is none.
char *footpath_mqtt_found(footpath_mqtt *connection);

/// Takes leave, so that the broker keeps the will for itself, and frees all.
void footpath_mqtt_close(footpath_mqtt *connection);

/// What a number says; what an answer says.
const char *footpath_mqtt_text(int error);
const char *footpath_mqtt_answer_text(int answer);
