/** The edge router of a Starling fleet: broker, requests and answers, metrics. */
@NullMarked
package starling.router;

import org.jspecify.annotations.NullMarked;
