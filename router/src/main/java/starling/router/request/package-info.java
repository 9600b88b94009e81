/** Requests and replies over MQTT: the desk that serves clients' REQUEST frames, and what a reply says beside the numbers. */
@NullMarked
package starling.router.request;

import org.jspecify.annotations.NullMarked;
