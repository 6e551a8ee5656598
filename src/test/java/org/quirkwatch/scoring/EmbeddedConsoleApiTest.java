package org.quirkwatch.scoring;

import org.quirkwatch.verdictlog.Store;

/// On the embedded database.
class EmbeddedConsoleApiTest extends ConsoleApiContract {

    @Override
    Store open() {
        return Store.embedded();
    }
}
