/**
 * What crosses the network, and how: the {@link starling.link.Transport} that every program of a fleet speaks through, its settings,
 * its states and its errors. The rooms below hold the frames, the topics, presence, and the two transports (memory and MQTT 5).
 */
@NullMarked
package starling.link;

import org.jspecify.annotations.NullMarked;
