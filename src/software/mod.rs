mod symmetric;
