/** What every program of a device that joins a fleet shares on its command line: where the fleet meets, and staying until the end. */
@NullMarked
package starling.agent.fleet;

import org.jspecify.annotations.NullMarked;
