/**
 * The names of things on the broker: topics of a fleet, who may use which of them, names that may be part of a topic, and how
 * filters match.
 */
@NullMarked
package starling.link.topic;

import org.jspecify.annotations.NullMarked;
