/**
 * The broker that lives in the router: an MQTT 5 engine behind a door of our own. The door accepts the socket, speaks TLS,
 * reads one bounded CONNECT packet, checks who is there, and only then hands the connection to the engine; from then on it
 * bounds what the client may send and what it may leave unread. No byte of a stranger reaches the engine.
 */
@NullMarked
package starling.router.broker;

import org.jspecify.annotations.NullMarked;
