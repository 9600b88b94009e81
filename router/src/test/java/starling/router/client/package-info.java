/** Tests of the client and its report. */
@NullMarked
package starling.router.client;

import org.jspecify.annotations.NullMarked;
