/** Tests of the transport over MQTT. */
@NullMarked
package starling.link.mqtt;

import org.jspecify.annotations.NullMarked;
