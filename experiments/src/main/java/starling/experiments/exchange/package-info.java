/** What an exchange between two agents costs: their rounds over a real broker against bare MQTT round trips in the same run. */
@NullMarked
package starling.experiments.exchange;

import org.jspecify.annotations.NullMarked;
