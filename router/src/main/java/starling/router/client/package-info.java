/** The other end: a client that asks a router over MQTT, and the command that sends a data set through a running fleet. */
@NullMarked
package starling.router.client;

import org.jspecify.annotations.NullMarked;
