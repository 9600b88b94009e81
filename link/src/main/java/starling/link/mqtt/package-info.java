/**
 * The transport over MQTT 5 (Eclipse Paho), and what it needs to reach and trust a broker: addresses, credentials, certificates. Nothing of Paho
 * is visible outside.
 */
@NullMarked
package starling.link.mqtt;

import org.jspecify.annotations.NullMarked;
